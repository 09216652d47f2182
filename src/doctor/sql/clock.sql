-- The server's clock, for who holds his own beside it.
select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_us
