"""What the staff does with the audience: its lists, imports, segments, exports and figures.

Each screen asks its own right, each sight of addresses leaves a line in the history, and nothing
here writes to the audience but through `newsletters.consent`.
"""
