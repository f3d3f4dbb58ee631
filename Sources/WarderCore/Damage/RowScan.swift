/// Reads a table from a position to its end, a slice at a time, past what cannot be read.
struct RowScan<Row> {
    /// Rows in memory at a time.
    let slice: Int
    let position: (Row) -> Int64
    let read: (Int64, Int) throws(StoreError) -> [Row]

    /// Numbers that are tried one by one behind a place where the store cannot be read.
    private static var maximumSkipped: Int { 100_000 }

    /// - Parameters:
    ///   - start: The position before the first.
    ///   - unreadable: Told where rows begin that cannot be read.
    ///   - body: Gets the slices.
    /// - Throws: `store` for a store that cannot answer now, and what `body` throws.
    func run(
        after start: Int64 = .min,
        unreadable: (Int64) throws(DeepCheck.Stop) -> Void,
        body: ([Row]) throws(DeepCheck.Stop) -> Void
    ) throws(DeepCheck.Stop) {
        var after = start
        var limit = slice
        var skipped = 0
        while true {
            let rows: [Row]
            do throws(StoreError) {
                rows = try read(after, limit)
            } catch .damaged {
                // Closer and closer, and then past one number after the other.
                limit /= 2
                guard limit == 0 else { continue }
                limit = 1
                if skipped == 0 { try unreadable(max(after, 0)) }
                skipped += 1
                if skipped > Self.maximumSkipped || after == .max { return }
                after = after < 0 ? 0 : after + 1
                continue
            } catch { throw .store(error) }
            try body(rows)
            // A table that grows all the time ends nevertheless.
            guard let last = rows.last, rows.count >= limit else { return }
            skipped = 0
            limit = min(slice, limit * 2)
            after = position(last)
        }
    }
}
