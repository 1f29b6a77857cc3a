"""Print: rich text becomes a tree, pictures become bytes, typst makes a tagged PDF of them."""
