"""Process mining of internal customers and suppliers: from events to exact handover times."""
