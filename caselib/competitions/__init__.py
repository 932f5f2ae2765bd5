"""Good-course and good-case competitions, from the call to the certificate."""
