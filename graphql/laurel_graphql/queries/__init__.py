"""The merchant's root fields, by what they are about; `merchant.py` makes one schema of them."""
