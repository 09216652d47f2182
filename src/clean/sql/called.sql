-- Those of the sequences $1 (oids as '{1,2}', which may be read) that have given a number, by what stands for them in $2. The others may have been set to
-- one all the same: to know that takes a query for each.
select o.number as called
  from rows from (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::int[])) as o (oid, number)
 where pg_catalog.pg_sequence_last_value(o.oid::regclass) is not null
