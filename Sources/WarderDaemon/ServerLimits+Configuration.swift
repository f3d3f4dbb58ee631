import WarderConfiguration
import WarderHTTP

extension ServerLimits {
    init(_ configuration: DaemonConfiguration) {
        self.init()
        let limits = configuration.limits
        connectionsPerUser = limits.connectionsPerUID
        requestsPerSecond = limits.requestsPerSecondPerUID
        burst = limits.burst
        unknownConnections = limits.unknownPeerConnections
        operatorConnections = limits.operatorReserve
        bodyBytes = limits.bodyBytes
        secretBodyBytes = limits.secretBodyBytes
        let deadlines = configuration.deadlines
        firstByteSeconds = deadlines.firstByte.components.seconds
        headerSeconds = deadlines.headers.components.seconds
        bodySeconds = deadlines.body.components.seconds
        requestSeconds = deadlines.request.components.seconds
        idleSeconds = deadlines.idle.components.seconds
    }
}
