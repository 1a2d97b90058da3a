"""Geometric verification: does an archived photograph lie in the query, or does it show the same scene?"""
