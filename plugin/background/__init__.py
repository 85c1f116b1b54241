"""What happens later: the inbox is drained, rounds are made, jobs call out, shop news is handled."""
