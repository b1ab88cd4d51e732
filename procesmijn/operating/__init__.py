"""What those who look after the streams are told, on the command line and on the page alike: of
records that were refused, and of messages before they are sent."""
