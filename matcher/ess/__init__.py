"""Reading notices for criteria of the social and solidarity economy: rules first, a learned opinion beside."""
