"""One verb: a page of rows, for a listing, its filters and a caller."""
