/**
 * What Gate programs talk to: packets, the discovery of services, the client's stream ("origin"), the catalog, and the
 * interface for further services. Facts about the wire are those of the program ABI of Gate 0 (2020).
 */
@NullMarked
package io.polywire.gate.service;

import org.jspecify.annotations.NullMarked;
