"""Telling contenders apart, criterion by criterion, and what missing facts leave open about it."""
