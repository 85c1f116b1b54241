"""The pages of partners: who they are, what is agreed, their keys, offers, purchases and statements."""
