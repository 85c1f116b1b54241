"""The other direction: programs elsewhere whose partner this one is, what it reports to them and checks of theirs."""
