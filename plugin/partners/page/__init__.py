"""The partner's page under `/partner/`: its offers, purchases and statements for people, by the same key as the API."""
