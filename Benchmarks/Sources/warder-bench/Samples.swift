/// What one measurement of one round found.
struct Sample {
    var requestsPerSecond: Double
    var p50: Double
    var p99: Double
    var p999: Double
    var serverUser = 0.0
    var serverKernel = 0.0
    var generator = 0.0
    var othersShare = 0.0

    /// Microseconds of the server's processor time for a request, its kernel's included.
    var server: Double { serverUser + serverKernel }

    init(_ load: LoadFigures) {
        requestsPerSecond = load.requestsPerSecond
        p50 = load.p50
        p99 = load.p99
        p999 = load.p999
        serverUser = load.serverUser
        serverKernel = load.serverKernel
        generator = load.generator
        othersShare = load.othersShare
    }

    init(_ sync: SyncFigures.File) {
        requestsPerSecond = sync.syncsPerSecond
        p50 = sync.p50
        p99 = sync.p99
        p999 = sync.p999
    }
}

/// All measurements of a run, one sample for each round.
struct Samples {
    static let syncedAppend = "synced_append"
    static let growingAppend = "synced_append_growing"

    private struct Series {
        let name: String
        let connections: Int
        var samples: [Sample] = []
    }

    /// In the order in which they were first measured.
    private var series: [Series] = []

    mutating func add(_ sample: Sample, name: String, connections: Int) {
        let index = series.firstIndex { $0.name == name && $0.connections == connections } ?? series.count
        if index == series.count { series.append(Series(name: name, connections: connections)) }
        series[index].samples.append(sample)
    }

    /// One figure in each round; `nil` when that was not measured.
    func rounds(_ name: String, _ connections: Int, _ figure: KeyPath<Sample, Double>) -> [Double]? {
        series.first { $0.name == name && $0.connections == connections }?.samples.map { $0[keyPath: figure] }
    }

    /// Ordered by name as first measured, then by connections.
    func summaries() -> [Summary] {
        var names: [String] = []
        for each in series where !names.contains(each.name) { names.append(each.name) }
        return names.flatMap { name in
            series.filter { $0.name == name }.sorted { $0.connections < $1.connections }
                .map { Summary(name: name, connections: $0.connections, $0.samples) }
        }
    }
}
