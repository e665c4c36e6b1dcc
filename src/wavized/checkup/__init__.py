"""The whole installation looked over, from config to tray. Changes nothing, imports nothing heavy."""

from wavized.checkup.examine import examine
from wavized.checkup.finding import Finding, Grade

__all__ = ["Finding", "Grade", "examine"]
