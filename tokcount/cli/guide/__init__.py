"""What helps people to find the right command and option: grouped help, examples, completion, answers to slips."""
