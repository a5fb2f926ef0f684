"""What leaves for other programs and for spreadsheets: OCDS release packages, CSV and XLSX."""
