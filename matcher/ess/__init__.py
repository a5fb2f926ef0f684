"""Reading notices for what they ask of the social and solidarity economy."""
