-- Which deliveries of a digest are still to leave. A row's payload stands before its state: to read one is to read both.
CREATE INDEX delivery_open ON delivery (digest) WHERE state IN ('due', 'leased');
