/// Reads a table from a position to its end, a slice at a time, past what cannot be read.
struct RowScan<Row> {
    /// Rows in memory at a time.
    let slice: Int
    let position: (Row) -> Int64
    let read: (Int64, Int) throws(StoreError) -> [Row]

    /// How far apart positions are that are tried behind a place where the store cannot be read: each one for as many
    /// as a broken page has, then in steps as wide as a few pages, then wider and wider to the end of all numbers.
    /// Where a whole table cannot be read, that takes some hundred tries.
    private static var strides: some Sequence<Int64> {
        let near = repeatElement(Int64(1), count: 256)
        let wide = repeatElement(Int64(1024), count: 100)
        return [Array(near), Array(wide), (11..<62).map { Int64(1) << $0 }].joined()
    }

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
        while true {
            let rows: [Row]
            do throws(StoreError) {
                rows = try slice(behind: after, limit)
            } catch .damaged {
                // Closer and closer, and then past it.
                limit /= 2
                guard limit == 0 else { continue }
                limit = 1
                try unreadable(max(after, 0))
                guard let readable = try end(ofUnreadable: max(after, 0)) else { return }
                after = readable
                continue
            } catch { throw .store(error) }
            try body(rows)
            // A table that grows all the time ends nevertheless.
            guard let last = rows.last, rows.count >= limit else { return }
            limit = min(slice, limit * 2)
            after = position(last)
        }
    }

    /// Rows behind a position, in order. In a broken tree the engine can find others, and the same ones again and again.
    private func slice(behind start: Int64, _ limit: Int) throws(StoreError) -> [Row] {
        let rows = try read(start, limit)
        var last = start
        for row in rows {
            guard position(row) > last else { throw .damaged(code: Self.corrupt) }
            last = position(row)
        }
        return rows
    }

    /// What SQLite says of a broken tree.
    private static var corrupt: Int32 { 11 }

    /// The first position behind one where the store cannot be read from which on it can; `nil` when there is none.
    private func end(ofUnreadable position: Int64) throws(DeepCheck.Stop) -> Int64? {
        var unreadable = position
        for stride in Self.strides {
            let (candidate, isBeyond) = unreadable.addingReportingOverflow(stride)
            guard !isBeyond else { return nil }
            guard try isReadable(behind: candidate) else {
                unreadable = candidate
                continue
            }
            var readable = candidate
            while readable - unreadable > 1 {
                let middle = unreadable + (readable - unreadable) / 2
                if try isReadable(behind: middle) { readable = middle } else { unreadable = middle }
            }
            return readable
        }
        return nil
    }

    private func isReadable(behind position: Int64) throws(DeepCheck.Stop) -> Bool {
        do throws(StoreError) {
            _ = try slice(behind: position, 1)
            return true
        } catch .damaged { return false } catch { throw .store(error) }
    }
}
