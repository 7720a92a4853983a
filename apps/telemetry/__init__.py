"""What apps say and take: logs, figures over time, followed by many."""
