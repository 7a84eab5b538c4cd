"""What is wrong with a policy, for the person who can fix it: codes, places, sentences, hints."""
