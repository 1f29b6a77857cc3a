"""The demonstration: invented content about real towns, drawn pictures, fictitious subscribers.

Projects, organisations, persons, figures and sources are imagined; every address ends in
`example.org` (RFC 2606), so that nothing sent by mistake can reach anybody.
"""
