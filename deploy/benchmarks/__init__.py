"""The figures that we hold ourselves to. Timing lives here and in no test."""
