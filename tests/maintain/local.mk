# tests of maintain/
