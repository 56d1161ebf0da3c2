"""Everything got back that damaged copies of an archive still prove."""
