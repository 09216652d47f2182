-- Where the extension's functions are (quoted), and in which words this version compresses: convert_to_columnstore() from 2.18, compress_chunk()
-- before; compress_chunk() knows how to take in later rows from 2.14 on, recompress_chunk() before.
select quote_ident(n.nspname) as schema,
       exists(select from pg_proc p where p.pronamespace = n.oid and p.proname = 'convert_to_columnstore') as has_columnstore,
       exists(select from pg_proc p where p.pronamespace = n.oid and p.proname = 'compress_chunk' and 'recompress' = any (p.proargnames)) as has_recompress
from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'timescaledb'
