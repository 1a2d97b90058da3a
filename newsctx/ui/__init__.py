"""The interface: it renders what the workbench holds and hands the analyst's actions on; it decides nothing."""
