"""What the product does, whoever asks: opens policies, decides, checks. No HTTP and no terminal."""
