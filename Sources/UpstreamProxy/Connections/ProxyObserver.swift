/// Is told of what the proxy does not carry. Called from any task; must not block.
package protocol ProxyObserver: Sendable {
    /// A connection that no process of the launch has made.
    func refusedConnection(to upstream: String, uid: UInt32?)
    /// A request of a process of the launch.
    func refusedRequest(to upstream: String, because refusal: RequestRefusal)
}
