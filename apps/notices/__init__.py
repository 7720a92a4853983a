"""What leaves the portal for people: outbox, mail, webhooks."""
