"""Demand and site → Problem; Solution → JobPlan; Conflict → Findings."""
