"""The domain of Laurel: ledger, rules, members, time and money. Knows no HTTP, no GraphQL and no shop platform."""
