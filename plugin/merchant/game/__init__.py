"""The pages of the game: badges, challenges, streaks and levels, leaderboards, leagues, and entries in quarantine."""
