"""Copy: headline, body and call to action, written from product facts only."""
