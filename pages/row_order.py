"""The order of the repeated rows that code adds to a page."""

from modelcluster.models import ClusterableModel


def number_rows(holder: ClusterableModel) -> None:
    """Give a rank to the rows that have none, after those that have one.

    Wagtail's editor numbers the rows it shows, but keeps only those that were changed: among
    rows without a rank, correcting one would move it last. Only what is loaded is looked at.
    """
    for rows in vars(holder).get("_cluster_related_objects", {}).values():
        name = getattr(rows[0], "sort_order_field", "") if rows else ""
        ranks = [getattr(row, name) for row in rows] if name else []
        following = max((rank + 1 for rank in ranks if rank is not None), default=0)
        for row, rank in zip(rows, ranks, strict=False):
            if rank is None:
                setattr(row, name, following)
                following += 1
        for row in rows:
            if isinstance(row, ClusterableModel):
                number_rows(row)
