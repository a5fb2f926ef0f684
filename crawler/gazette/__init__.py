"""Reads the procurement rubrics of the cantonal gazettes on amtsblattportal.ch."""
