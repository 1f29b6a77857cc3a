"""What the site's own pages look like on paper."""
