"""Gateways, proxies and usage exports."""
