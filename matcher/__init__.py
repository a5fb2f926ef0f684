"""What thinks: lots and members become matches with a score, reasons and one risk."""
