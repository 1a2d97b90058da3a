CREATE TABLE articles (
    article_id VARCHAR PRIMARY KEY,
    url VARCHAR NOT NULL,
    url_key VARCHAR NOT NULL,          -- canonical URL without its scheme; empty where there is no URL
    source VARCHAR NOT NULL,
    headline VARCHAR NOT NULL,
    abstract VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    published VARCHAR,                 -- partial date: 2017-12-26, 2017-12, 2017, 2010s
    published_from VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    row_hash VARCHAR NOT NULL,         -- of the imported row, its photos and the linker: equal means unchanged
    content_hash VARCHAR NOT NULL      -- of the article as it is read back
);
CREATE TABLE images (
    article_id VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    image_id VARCHAR,                  -- SHA-256 of the file in images/, NULL where there is none
    suffix VARCHAR NOT NULL,
    caption VARCHAR NOT NULL,
    position INTEGER,
    url VARCHAR NOT NULL,
    width INTEGER,
    height INTEGER,
    problem VARCHAR NOT NULL
);
CREATE TABLE captions (article_id VARCHAR NOT NULL, ordinal INTEGER NOT NULL, text VARCHAR NOT NULL);
CREATE TABLE links (article_id VARCHAR NOT NULL, ordinal INTEGER NOT NULL, url VARCHAR NOT NULL);
CREATE TABLE article_places (
    article_id VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    keyword VARCHAR NOT NULL,
    weight DOUBLE NOT NULL,
    source VARCHAR NOT NULL,
    place VARCHAR,                     -- the resolved place as JSON, NULL where the gazetteer does not know it
    lat DOUBLE,
    lon DOUBLE
);
CREATE TABLE archive_info (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
