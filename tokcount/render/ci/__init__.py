"""What continuous integration reads: GitHub annotations, JUnit, SARIF."""
