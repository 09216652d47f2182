-- How far a migration outside a transaction came. $1 the history, $2 the migration, $3 "up" or "down".
select p.checksum, p.begun, p.done
  from pgtend.migration_progress p
 where p.history = $1 and p.name = $2 and p.direction = $3;
