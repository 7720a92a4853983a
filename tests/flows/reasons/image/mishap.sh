trap 'exit 0' TERM INT
case "$HOW" in
  exit) echo "the table proteins is missing" >&2; exit 3 ;;
  memory) /bin/busybox dd if=/dev/zero of=/dev/null bs=600M count=1; echo "dd ended with $?" >&2; exit 137 ;;
  stubborn) trap '' TERM INT; /bin/busybox httpd -f -p 8080 -h /site ;;
  deaf) /bin/busybox sleep 3600 & wait $! ;;
  *) /bin/busybox httpd -f -p 8080 -h /site & wait $! ;;
esac
