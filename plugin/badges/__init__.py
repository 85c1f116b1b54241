"""Badges outside of Laurel: credentials that anybody can verify, their keys, pictures and pages."""
