"""What partners see of Laurel: their API and its signatures, their page, and the way out to them."""
