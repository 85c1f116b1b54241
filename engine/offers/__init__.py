"""What partners give our members: offers, their budgets, codes and claims."""
